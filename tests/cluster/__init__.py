"""A whole installation on one machine: PostgreSQL in three copies under Patroni, nodes of the service, a balancer."""
