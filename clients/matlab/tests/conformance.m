% Goes through what every client must do (tests/clients/README.md), against the server whose HTTP address is given, or only
% the behaviours named:
%
%   octave-cli --no-gui --norc clients/matlab/tests/conformance.m localhost:50052 [BEHAVIOUR ...]
1; % a script, though a function comes first

function does_server_info(client)
info = client.serverInfo();
check(~isempty(info.version), 'no version');
check(info.limits.max_trials_per_ask > 0, 'no limits');
check(~isempty(info.models) && ~isempty(info.models(1).name), 'no models');
end

function does_setup(client)
experiment = detection(client);
check(~isempty(experiment.experiment_id), 'no id');
check(isequal({experiment.config.parameters.name}, {'contrast', 'frequency'}), 'other parameters');
check(strcmp(experiment.config.name, 'conformance'), 'another name');
found = client.experiment(experiment.experiment_id);
check(found.config.parameters(1).continuous.log_scale, 'no log_scale');
end

function does_setup_twice(client)
id = aepsych.newId();
first = detection(client, 'request_id', id);
again = detection(client, 'request_id', id);
check(strcmp(first.experiment_id, again.experiment_id), 'two experiments');
check(~first.duplicate && again.duplicate, 'not marked');
end

function does_setup_refused(client)
config = detectionConfig();
config.parameters(1).continuous.lower_bound = 2;
config.intensity_parameter = 'contast';
failure = refused(@() client.setup(config), 'INVALID_CONFIG');
check(has(failure, 'config.parameters[0].continuous'), failure);
check(has(failure, 'config.intensity_parameter'), failure);
check(has(failure, 'contrast'), failure);
end

function does_ask(client)
experiment = detection(client);
trial = experiment.ask();
check(trial.trial_id == 1, 'another number');
check(trial.stimulus.contrast >= 0.01 && trial.stimulus.contrast <= 1, 'contrast out of bounds');
check(trial.stimulus.frequency >= 0.5 && trial.stimulus.frequency <= 16, 'frequency out of bounds');
check(strcmp(trial.source, 'sobol') && strcmp(trial.state, 'pending'), 'another source or state');
end

function does_ask_again(client)
experiment = detection(client);
[first, duplicate] = experiment.ask('request_id', 'one');
check(~duplicate, 'marked at once');
[again, duplicate] = experiment.ask('request_id', 'one');
check(duplicate && isequal(first.stimulus, again.stimulus) && first.trial_id == again.trial_id, 'another trial');
check(experiment.state().asked_count == 1, 'a second trial');
end

function does_ask_batch(client)
experiment = detection(client);
trials = experiment.askBatch(3);
check(isequal([trials.trial_id], 1:3), 'other numbers');
stimuli = [trials.stimulus];
check(numel(unique([stimuli.contrast])) == 3, 'the same stimulus');
end

function does_ask_fixed(client)
experiment = detection(client);
trial = experiment.ask('fixed_parameters', struct('frequency', 4));
check(trial.stimulus.frequency == 4, 'another value');
end

function does_tell(client)
experiment = detection(client);
receipt = experiment.tell(experiment.ask(), 1, 'response_time', 0.425, 'metadata', ...
    struct('eye', 'left', 'levels', {{1, {}, struct('deep', {{true}})}}));
check(receipt.trial_id == 1 && ~receipt.duplicate, 'another receipt');
told = experiment.trials();
check(numel(told) == 1 && strcmp(told.state, 'told') && told.outcomes.response == 1, 'told otherwise');
check(told.response_time == 0.425, 'another response time');
check(strcmp(told.metadata.eye, 'left'), 'other metadata');
check(strcmp(aepsych.json.encode(told.metadata.levels), '[1,[],{"deep":[true]}]'), 'another list in metadata');
end

function does_tell_again(client)
experiment = detection(client);
trial = experiment.ask();
check(~experiment.tell(trial, 1).duplicate, 'marked at once');
check(experiment.tell(trial, 1).duplicate, 'not marked');
check(experiment.state().told_count == 1, 'recorded twice');
end

function does_tell_conflict(client)
experiment = detection(client);
trial = experiment.ask();
experiment.tell(trial, 1, 'observation_id', 'mine');
refused(@() experiment.tell(trial, 0, 'observation_id', 'mine'), 'OBSERVATION_ID_REUSED');
refused(@() experiment.tell(trial, 0), 'TRIAL_ALREADY_TOLD');
check(experiment.trials().outcomes.response == 1, 'overwritten');
end

function does_tell_refused(client)
experiment = detection(client);
trial = experiment.ask();
before = experiment.state().sequence;
failure = refused(@() experiment.tell(trial, struct('respnse', 1)), 'INVALID_REQUEST');
check(has(failure, 'observations[0].outcomes.respnse'), failure);
failure = refused(@() experiment.tell(trial, NaN), 'INVALID_REQUEST');
check(has(failure, 'observations[0].outcomes.response'), failure);
check(experiment.state().sequence == before, 'something was recorded');
end

function does_tell_and_ask(client)
experiment = detection(client);
[trial, receipt] = experiment.tellAndAsk(experiment.ask(), 0);
check(receipt.trial_id == 1 && trial.trial_id == 2, 'other numbers');
check(strcmp(trial.state, 'pending'), 'another state');
end

function does_unsolicited(client)
experiment = detection(client);
shown = struct('contrast', 0.25, 'frequency', 2);
receipt = experiment.tell(shown, 1, 'observation_id', 'mine');
check(experiment.tell(shown, 1, 'observation_id', 'mine').duplicate, 'not recognised');
told = experiment.trials();
check(numel(told) == 1 && told.trial_id == receipt.trial_id, 'not one trial');
check(strcmp(told.source, 'unsolicited') && isequal(told.stimulus, shown), 'another trial');
refused(@() experiment.tell(struct('contrast', 7, 'frequency', 2), 1), 'OUT_OF_BOUNDS');
end

function does_excluded(client)
experiment = detection(client);
experiment.tell(experiment.ask(), 1, 'exclude_from_model', true);
check(experiment.trials().exclude_from_model, 'not kept as such');
end

function does_pairwise(client)
config = struct('parameters', struct('name', 'size', 'continuous', bounds(0, 1)), ...
    'outcomes', struct('choice', struct()), 'stimuli_per_trial', 2);
experiment = client.setup(config);
trial = experiment.ask();
check(numel(trial.stimuli) == 2 && isempty(trial.stimulus), 'not two stimuli');
check(trial.stimuli{1}.size ~= trial.stimuli{2}.size, 'twice the same');
experiment.tell(trial, 1);
experiment.tell(struct('size', {0.25, 0.5}), 0);
told = experiment.trials();
check(told(1).outcomes.response == 1 && isequal(told(1).stimuli, trial.stimuli), 'told otherwise');
check(told(2).stimuli{2}.size == 0.5, 'another order');
end

function does_unicode(client)
parameters = struct('name', {'Größe', '色', 'my-key'}, 'continuous', {bounds(0, 1), [], bounds(-1, 1)});
parameters(2).categorical = struct('choices', {{'rot ✓', '"blå"'}});
experiment = client.setup(struct('name', 'Prüfung', 'parameters', parameters), 'participant_id', 'Zoë 😀');
check(isequal({experiment.config.parameters.name}, {'Größe', '色', 'my-key'}), 'other names');
trial = experiment.ask('fixed_parameters', containers.Map({'色'}, {'"blå"'}));
check(strcmp(trial.stimulus('色'), '"blå"'), 'another value');
check(trial.stimulus('Größe') >= 0 && abs(trial.stimulus('my-key')) <= 1, 'out of bounds');
experiment.tell(trial, 1, 'metadata', containers.Map({'Auge'}, {'links ←'}));
told = experiment.trials();
check(strcmp(told.metadata.Auge, 'links ←'), 'other metadata');
check(isequal(told.stimulus.values(), trial.stimulus.values()), 'another stimulus');
check(strcmp(experiment.state().participant_id, 'Zoë 😀'), 'another participant');
end

function does_several_outcomes(client)
config = detectionConfig();
config.outcomes = struct('name', {'seen', 'confidence'}, 'binary', {struct(), []}, 'ordinal', {[], struct('levels', 4)});
experiment = client.setup(config);
trial = experiment.ask();
experiment.tell(trial, struct('confidence', 3, 'seen', 1));
told = experiment.trials();
check(isequal(told.outcomes, struct('seen', 1, 'confidence', 3)), 'other outcomes');
failure = refused(@() experiment.tell(trial, 1), 'INVALID_REQUEST');
check(has(failure, 'confidence'), failure);
end

function does_query_prediction(client)
experiment = observed(client);
answer = experiment.predict(struct('contrast', {0.01, 0.1, 1}, 'frequency', 2));
check(numel(answer.mean) == 3 && issorted(answer.mean), 'another order');
check(all(0 <= answer.lower & answer.lower <= answer.upper & answer.upper <= 1), 'no intervals');
% Where a response is almost certain its mean can lie beyond the interval, for the posterior is that skewed.
check(answer.lower(2) <= answer.mean(2) && answer.mean(2) <= answer.upper(2), 'outside of its interval');
end

function does_query_threshold(client)
experiment = observed(client);
answer = experiment.threshold('contexts', struct('frequency', {1, 8}));
check(numel(answer.median) == 2 && answer.contexts{2}.frequency == 8, 'other contexts');
check(all(answer.median >= 0.01 & answer.median <= 1), 'out of bounds');
check(all(answer.lower <= answer.median & answer.median <= answer.upper), 'outside of its interval');
end

function does_not_found(client)
failure = refused(@() client.experiment('nowhere'), 'EXPERIMENT_NOT_FOUND');
check(has(failure, 'nowhere'), failure);
end

function does_finish(client)
experiment = detection(client);
pending = experiment.ask();
check(experiment.finish('reason', 'participant tired').finished, 'not finished');
refused(@() experiment.ask(), 'EXPERIMENT_FINISHED');
experiment.tell(pending, 1);
end

function does_reconnect(client)
experiment = detection(client);
trial = experiment.ask();
experiment.tell(trial, 1);
pending = experiment.ask('request_id', 'before');
say('restart');
input('', 's'); % fgetl would wait for what follows the line
check(experiment.tell(trial, 1).duplicate, 'not recognised');
again = experiment.ask('request_id', 'before');
check(isequal(again.stimulus, pending.stimulus), 'another trial');
experiment.tell(pending, 0);
check(experiment.state().told_count == 2, 'lost or twice');
end

function does_deadline(client)
experiment = observed(client);
hurried = aepsych.Client(client.connection.url, 'compute_seconds', 0.001);
again = hurried.experiment(experiment.experiment_id);
many = struct('contrast', num2cell(linspace(0.01, 1, 5000)), 'frequency', 2); % takes longer than that on any machine
refused(@() again.predict(many), 'DEADLINE_EXCEEDED');
experiment.tell(struct('contrast', 0.5, 'frequency', 2), 1);
end

function does_big_batch(client)
config = detectionConfig();
config.strategies = struct('generator', struct('name', 'sobol'), 'stopping', struct('min_asks', 1));
experiment = client.setup(config);
contrasts = linspace(0.01, 1, 500);
receipts = experiment.tellBatch(struct('contrast', num2cell(contrasts), 'frequency', 2), contrasts > 0.3);
check(numel(receipts) == 500 && ~any([receipts.duplicate]), 'not 500 receipts');
told = experiment.trials();
stimuli = [told.stimulus];
check(isequal([stimuli.contrast], contrasts), 'other stimuli');
end

function experiment = detection(client, varargin)
experiment = client.setup(detectionConfig(), 'participant_id', 'p01', varargin{:});
end

function config = detectionConfig()
config = struct('name', 'conformance', 'intensity_parameter', 'contrast');
config.parameters = struct('name', {'contrast', 'frequency'}, 'continuous', {bounds(0.01, 1), bounds(0.5, 16)});
config.parameters(1).continuous.log_scale = true;
end

function range = bounds(lower, upper)
range = struct('lower_bound', lower, 'upper_bound', upper);
end

function experiment = observed(client)
config = detectionConfig();
config.strategies = struct('model', struct('name', 'gp_classification'), 'stopping', struct('min_asks', 10));
experiment = client.setup(config);
contrasts = [0.01 0.02 0.05 0.1 0.15 0.2 0.3 0.5 0.8 1];
frequencies = [1 2 4 8 1 2 4 8 1 2];
experiment.tellBatch(struct('contrast', num2cell(contrasts), 'frequency', num2cell(frequencies)), contrasts > 0.12);
end

function say(varargin)
printf('%s\n', sprintf(varargin{:}));
fflush(stdout);
end

addpath(fileparts(mfilename('fullpath')), fileparts(fileparts(mfilename('fullpath'))));
given = argv();
given = given(find(~cellfun(@isempty, regexp(given, ':\d+$')), 1):end); % Octave's own options come first
client = aepsych.Client(given{1});
behaviours = {'server_info', 'setup', 'setup_twice', 'setup_refused', 'ask', 'ask_again', 'ask_batch', ...
    'ask_fixed', 'tell', 'tell_again', 'tell_conflict', 'tell_refused', 'tell_and_ask', 'unsolicited', ...
    'excluded', 'pairwise', 'unicode', 'several_outcomes', 'query_prediction', 'query_threshold', 'not_found', ...
    'finish', 'reconnect', 'deadline', 'big_batch'};
failed = false;
if numel(given) > 1
    behaviours = behaviours(ismember(behaviours, given(2:end)));
end
for i = 1:numel(behaviours)
    try
        feval(['does_' behaviours{i}], client);
        say('%s ok', behaviours{i});
    catch failure
        failed = true;
        say('%s FAILED %s', behaviours{i}, strrep(failure.message, sprintf('\n'), ' | '));
    end
end
exit(double(failed));
