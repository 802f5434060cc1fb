"""Playing Games into the service as venues would. Knows the service only by its HTTP doors."""
