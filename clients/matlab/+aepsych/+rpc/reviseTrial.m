function response = reviseTrial(connection, request, seconds)
%REVISETRIAL Corrects or retracts an earlier observation, also of a finished experiment, and as often as needed.
%   The log keeps all; the model uses the latest revision, and so do stopping rules and what goes by the latest
%   responses. A strategy that has ended with a number of responses goes on when one is retracted, unless a later one
%   has asked; one that a clock or its model has ended has ended for good. Stimuli that were asked stay as they are. A
%   retracted trial stays told: it awaits no response, but a later revision can give it one.
%
%   RESPONSE = aepsych.rpc.reviseTrial(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.reviseTrial(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     request_id (text)
%       OPTIONAL. Made by the client; makes re-sending safe.
%     trial_id (number)
%       REQUIRED. The trial; one that was told.
%     outcomes (any value by name)
%       OPTIONAL. The corrected outcomes; those left out stay as they are. Without any, the observation is retracted;
%       a retracted one takes a value for each outcome again. Values that change nothing are recorded as a
%       confirmation.
%     reason (text)
%       OPTIONAL. Why, for the record.
%
%   RESPONSE:
%     trial (Trial)
%       The trial afterwards.
%     sequence (number)
%       Sequence of the latest event.
%     duplicate (logical)
%       Whether this repeats an earlier call with the same request_id.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'ReviseTrial', 'ReviseTrialRequest', 'ReviseTrialResponse', request, seconds);
end
