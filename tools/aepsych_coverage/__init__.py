"""What becomes of each feature of AEPsych here: tried over gRPC, and written to docs/coverage.md."""
