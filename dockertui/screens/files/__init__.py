"""The files of containers and volumes."""
