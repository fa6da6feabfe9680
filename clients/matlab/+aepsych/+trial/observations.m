function observations = observations(shown, outcomes, config, given)
%OBSERVATIONS Makes the contract's Observation of each trial and its response, as cells.
shown = each(shown);
outcomes = each(outcomes);
if numel(shown) ~= numel(outcomes)
    error('aepsych:INVALID_REQUEST', '%d trials and %d outcomes are given; each trial has its outcome.', ...
        numel(shown), numel(outcomes));
end
options = aepsych.options('tellBatch', aepsych.trial.tellOptions(), given);
observations = cell(size(shown));
for i = 1:numel(shown)
    observations{i} = aepsych.trial.observation(shown{i}, outcomes{i}, config, structfun(@(one) ofTrial(one, i, ...
        numel(shown)), options, 'UniformOutput', false));
end
end

function items = each(given)
if iscell(given)
    items = given;
elseif isa(given, 'containers.Map')
    items = {given};
else
    items = num2cell(given);
end
end

function value = ofTrial(value, i, count)
if iscell(value)
    if numel(value) ~= count
        error('aepsych:INVALID_REQUEST', '%d values of an option are given for %d trials.', numel(value), count);
    end
    value = value{i};
end
end
