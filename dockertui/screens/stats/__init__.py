"""Statistics: the plots of a container, the overview of all."""
