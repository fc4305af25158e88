"""Scenarios and mechanisms that come with Offramp: data only, with citations inside."""
