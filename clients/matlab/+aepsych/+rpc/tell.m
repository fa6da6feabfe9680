function response = tell(connection, request, seconds)
%TELL Tells responses, all or none, and with ask_next also asks.
%   What was acknowledged is on disk.
%
%   RESPONSE = aepsych.rpc.tell(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.tell(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     observations (struct array of Observation)
%       REQUIRED. The responses. All are recorded, or none.
%     ask_next (AskNext)
%       OPTIONAL. If present, also ask for the next trials.
%
%   RESPONSE:
%     receipts (struct array of ObservationReceipt)
%       One for each observation, in their order.
%     sequence (number)
%       Sequence of the latest event.
%     finished (logical)
%       Whether nothing is left to ask.
%     next_trials (struct array of Trial)
%       The next trials, if asked for; empty when nothing is left to ask.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'Tell', 'TellRequest', 'TellResponse', request, seconds);
end
