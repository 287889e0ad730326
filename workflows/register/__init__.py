"""The register for associations: found, read, changed, with a trail of every change."""
