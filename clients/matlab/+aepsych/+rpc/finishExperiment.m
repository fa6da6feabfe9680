function response = finishExperiment(connection, request, seconds)
%FINISHEXPERIMENT Ends the experiment.
%   Responses to pending trials are still taken.
%
%   RESPONSE = aepsych.rpc.finishExperiment(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.finishExperiment(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     request_id (text)
%       OPTIONAL. Made by the client; makes re-sending safe.
%     reason (text)
%       OPTIONAL. Why, for the record, such as "participant tired".
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
    'FinishExperiment', 'FinishExperimentRequest', 'FinishExperimentResponse', request, seconds);
end
