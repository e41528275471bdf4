"""The trial as data; so far the tracers and the methods declared for each."""
