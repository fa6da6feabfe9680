function trials = read(messages, config)
%READ Makes of the contract's trials what users see, as a struct array.
%
%   stimulus is the trial's stimulus, [] where it has several; stimuli has all of them, as cells. Values are in the order
%   of the config. outcomes, response_time and metadata are [] where there are none; source and state are in small letters.
parameters = aepsych.study.names(config.parameters);
outcomes = aepsych.study.names(config.outcomes);
trials = repmat(one(aepsych.wire.fromJson('Trial', struct()), {}, {}), 1, 0);
for i = 1:numel(messages)
    trials(i) = one(messages(i), parameters, outcomes);
end
end

function trial = one(message, parameters, outcomes)
trial = struct('trial_id', message.trial_id, 'stimulus', []);
trial.stimuli = cell(1, numel(message.stimuli));
for i = 1:numel(message.stimuli)
    trial.stimuli{i} = aepsych.trial.ordered(message.stimuli(i).values, parameters);
end
if numel(trial.stimuli) == 1
    trial.stimulus = trial.stimuli{1};
end
trial.strategy = message.strategy;
trial.source = lower(strrep(message.source, 'TRIAL_SOURCE_', ''));
trial.state = lower(strrep(message.state, 'TRIAL_STATE_', ''));
observation = message.observation;
if isempty(observation)
    observation = aepsych.wire.fromJson('Observation', struct());
end
trial.outcomes = aepsych.trial.ordered(observation.outcomes, outcomes);
if isempty(aepsych.json.entries(trial.outcomes))
    trial.outcomes = [];
end
trial.response_time = observation.response_time;
trial.metadata = observation.metadata;
trial.exclude_from_model = observation.exclude_from_model;
for name = {'ask_time', 'tell_time', 'data_sequence', 'sequence', 'note', 'posterior', 'revision'}
    trial.(name{1}) = message.(name{1});
end
end
