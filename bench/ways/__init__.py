"""Ways to do the same thing, each a module with ``run(folder, laps)``, run in its own process."""
