"""The Engine's REST API over the host's model: one file per family, by the specification of API 1.51."""
