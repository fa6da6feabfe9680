function response = getServerInfo(connection, request, seconds)
%GETSERVERINFO Reports the server's version, limits and catalogue.
%
%   RESPONSE = aepsych.rpc.getServerInfo(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.getServerInfo(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST has no fields.
%
%   RESPONSE:
%     version (text)
%       Version of the server.
%     limits (Limits)
%       What it takes in one call.
%     models (struct array of ComponentInfo)
%       The models that a config may name.
%     acquisitions (struct array of ComponentInfo)
%       The acquisition functions that a config may name.
%     generators (struct array of ComponentInfo)
%       The generators that a config may name.
%     queries (cells of texts)
%       The queries that are answered, by their name in QueryRequest.
%     outcome_kinds (cells of texts)
%       Kinds of outcome that can be learned from, by their name in Outcome.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'GetServerInfo', 'GetServerInfoRequest', 'GetServerInfoResponse', request, seconds);
end
