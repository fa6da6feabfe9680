function response = getExperiment(connection, request, seconds)
%GETEXPERIMENT Reports the state of an experiment.
%
%   RESPONSE = aepsych.rpc.getExperiment(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.getExperiment(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%
%   RESPONSE:
%     experiment (Experiment)
%       The experiment.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'GetExperiment', 'GetExperimentRequest', 'GetExperimentResponse', request, seconds);
end
