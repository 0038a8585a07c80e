"""Systems of record: reading them into the store, and (by the same ports) writing back to them."""
