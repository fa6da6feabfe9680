function response = listExperiments(connection, request, seconds)
%LISTEXPERIMENTS Lists experiments, newest first.
%
%   RESPONSE = aepsych.rpc.listExperiments(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.listExperiments(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     page_size (number)
%       OPTIONAL. Largest number of experiments in the answer, at least 1. Default 50.
%     page_token (text)
%       OPTIONAL. next_page_token of the page before, with the same filters.
%     participant_id (text)
%       OPTIONAL. Only this participant's.
%     name (text)
%       OPTIONAL. Only those of this name.
%     labels (text by name)
%       OPTIONAL. Only those that have all of these labels.
%
%   RESPONSE:
%     experiments (struct array of Experiment)
%       The experiments, newest first.
%     next_page_token (text)
%       Token for the next page; empty on the last.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'ListExperiments', 'ListExperimentsRequest', 'ListExperimentsResponse', request, seconds);
end
