"""The door for HTTP/1.1: Connect and gRPC-Web in front of the same servicer as gRPC's."""
