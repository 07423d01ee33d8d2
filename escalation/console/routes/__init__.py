"""One file of routes for each part of the console. Every route declares its permission through a `Gate`."""
