function observation = observation(shown, outcome, config, options)
%OBSERVATION Makes the contract's Observation.
%
%   SHOWN is an asked trial, its number, or the stimulus (cells with the stimuli) of a trial that was not asked; OUTCOME
%   the value of the experiment's only outcome, or a struct or containers.Map with a value for each.
observation = struct('response_time', options.response_time);
observation.metadata = options.metadata;
observation.exclude_from_model = logical(options.exclude_from_model);
if isAsked(shown)
    % An asked trial has an id without our doing, the same one in a program that starts again.
    observation.trial_id = aepsych.trial.number(shown);
else
    observation.observation_id = aepsych.newId();
    observation.stimuli = aepsych.trial.stimuli(shown);
end
if ~isempty(options.observation_id)
    observation.observation_id = options.observation_id;
end
observation.outcomes = aepsych.trial.outcomes(outcome, config);
end

function is = isAsked(shown)
is = isnumeric(shown) || (isstruct(shown) && all(isfield(shown, {'trial_id', 'stimuli'})));
end
