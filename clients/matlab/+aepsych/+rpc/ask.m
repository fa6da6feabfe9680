function response = ask(connection, request, seconds)
%ASK Asks for the next trials.
%   They are recorded as pending before the answer.
%
%   RESPONSE = aepsych.rpc.ask(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.ask(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     request_id (text)
%       OPTIONAL. Made by the client; makes re-sending safe.
%     count (number)
%       OPTIONAL. Number of trials wanted, at least 1. Default 1.
%     fixed_parameters (any value by name)
%       OPTIONAL. Values that the stimuli must have; the rest is chosen.
%     compute_budget (seconds)
%       OPTIONAL. Time for the choice, above 0; past it the answer is a valid stand-in with source FALLBACK. Default 1
%       s.
%
%   RESPONSE:
%     trials (struct array of Trial)
%       The trials to run, in order. Fewer than asked for when the strategies have no more to give.
%     finished (logical)
%       Whether nothing is left to ask.
%     sequence (number)
%       Sequence of the latest event.
%     duplicate (logical)
%       Whether this repeats the answer to an earlier call with the same request_id.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'Ask', 'AskRequest', 'AskResponse', request, seconds);
end
