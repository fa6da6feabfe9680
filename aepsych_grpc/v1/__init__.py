"""The contract: messages and stubs, generated from protos/ by `make generate`."""
