function response = listTrials(connection, request, seconds)
%LISTTRIALS Lists trials with their observations, in order of trial_id.
%
%   RESPONSE = aepsych.rpc.listTrials(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.listTrials(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     experiment_id (text)
%       REQUIRED. The experiment.
%     page_size (number)
%       OPTIONAL. Largest number of trials in the answer, at least 1. Default 1000.
%     page_token (text)
%       OPTIONAL. next_page_token of the page before, with the same other fields.
%     after_sequence (number)
%       OPTIONAL. Only trials that changed after this sequence.
%     include_posterior (logical)
%       OPTIONAL. Also report the model's prediction at each trial's stimulus.
%
%   RESPONSE:
%     trials (struct array of Trial)
%       The trials.
%     next_page_token (text)
%       Token for the next page; empty on the last.
%     sequence (number)
%       Sequence of the latest event; pass it as after_sequence to get what comes later.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'ListTrials', 'ListTrialsRequest', 'ListTrialsResponse', request, seconds);
end
