"""One function per act; the ports through which acts reach the outside world."""
