function response = finishStrategy(connection, request, seconds)
%FINISHSTRATEGY Ends the current strategy; the next Ask uses the one after it.
%
%   RESPONSE = aepsych.rpc.finishStrategy(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.finishStrategy(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     request_id (text)
%       OPTIONAL. Made by the client; makes re-sending safe.
%     strategy (text)
%       OPTIONAL. Name of the strategy that is meant; refused if it is not the current one. Default: the current one.
%
%   RESPONSE:
%     experiment (Experiment)
%       The experiment afterwards.
%     duplicate (logical)
%       Whether this repeats an earlier call with the same request_id.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'FinishStrategy', 'FinishStrategyRequest', 'FinishStrategyResponse', request, seconds);
end
