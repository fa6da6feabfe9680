function client_checks(address)
%CLIENT_CHECKS What the client does beside the behaviours of every client, against a server.
client = aepsych.Client(address);

% A config as a file, with a single parameter and a name that no variable has.
file = [tempname() '.json'];
id = fopen(file, 'w');
fprintf(id, '{"name": "file", "parameters": [{"name": "my-key", "continuous": {"lower_bound": 0, "upper_bound": 1}}]}');
fclose(id);
removed = onCleanup(@() delete(file));
config = client.check(file);
check(strcmp(config.parameters.name, 'my-key') && numel(config.strategies) == 2, 'another config');
experiment = client.setup(file, 'participant_id', 'p02', 'labels', struct('lab', 'vision-2'), 'seed', 7);
check(experiment.config.seed == 7, 'another seed');
again = client.setup(experiment.config); % the config as understood is a config
check(isequal(again.config, experiment.config), 'understood otherwise');
found = client.experiments('participant_id', 'p02', 'labels', struct('lab', 'vision-2'));
check(numel(found) == 1 && strcmp(found.experiment_id, experiment.experiment_id), 'not listed');
check(isempty(client.experiments('participant_id', 'nobody')), 'listed');

% Files and options that are wrong are named.
check(has(refused(@() client.setup('study.yaml'), 'INVALID_CONFIG'), 'YAML'), 'YAML');
refused(@() client.setup('absent.json'), 'INVALID_CONFIG');
refused(@() client.setup(3), 'INVALID_CONFIG');
check(has(refused(@() experiment.ask('cuont', 3), 'INVALID_REQUEST'), 'fixed_parameters'), 'options are not named');
refused(@() experiment.ask('request_id'), 'INVALID_REQUEST');
refused(@() experiment.tellBatch([1 2], 1), 'INVALID_REQUEST');

% Revised and taken back; options for each trial and for all.
trials = experiment.askBatch(3);
receipts = experiment.tellBatch(trials, [1 0 1], 'response_time', {0.1, 0.2, []}, 'metadata', struct('eye', 'le"ft'));
check(isequal([receipts.trial_id], 1:3), 'other receipts');
trial = experiment.revise(trials(1), 0, 'reason', 'pressed the wrong key');
check(trial.outcomes.response == 0 && trial.revision.told_outcomes.response == 1, 'not revised');
check(strcmp(experiment.retract(2).state, 'retracted'), 'not retracted');
refused(@() experiment.revise(9, 1), 'TRIAL_NOT_FOUND');
later = experiment.trials('after_sequence', receipts(1).sequence);
check(isequal([later.trial_id], [1 2]), 'not what changed later');
told = experiment.trials();
check(told(1).response_time == 0.1 && isempty(told(3).response_time), 'other response times');

% All of it as a file that other programs read.
experiment.writeCsv(file);
lines = strsplit(strtrim(strrep(fileread(file), sprintf('\r'), '')), sprintf('\n'));
check(numel(lines) == 4 && strncmp(lines{1}, 'trial_id,my-key,response,response_time,', 39), lines{1});
check(has(lines{1}, 'told_response,metadata_eye') && has(lines{2}, ',1,"le""ft"'), lines{2});

% The strategies' turns, and no trials left.
state = experiment.finishStrategy('strategy', 'initialization');
check(strcmp(state.current_strategy, 'adaptive') && state.strategies(1).finished, 'another strategy');
refused(@() experiment.finishStrategy('strategy', 'initialization'), 'STRATEGY_NOT_CURRENT');
short = client.setup(struct('parameters', config.parameters, 'strategies', struct('stopping', struct('max_asks', 1))));
trial = short.ask();
check(isempty(short.tellAndAsk(trial, 1)), 'one trial too many');
check(short.state().finished, 'not finished');

% What the model says.
study = struct('intensity_parameter', 'level', 'parameters', struct('name', {'level', 'side'}, ...
    'continuous', {struct('lower_bound', 0, 'upper_bound', 1), []}, ...
    'categorical', {[], struct('choices', {{'left', 'right'}})}));
study.strategies = struct('model', struct('name', 'gp_classification'), 'stopping', struct('min_asks', 1));
experiment = client.setup(study);
levels = 0.05:0.1:1;
experiment.tellBatch(struct('level', num2cell(levels), 'side', 'left'), levels > 0.5);
left = struct('side', 'left');
check(strcmp(experiment.maximum('fixed_parameters', left).stimulus.side, 'left'), 'another side');
lowest = experiment.minimum('fixed_parameters', left);
check(lowest.stimulus.level < 0.5 && lowest.mean < 0.5, 'no minimum');
check(abs(experiment.inverse(0.5, 'fixed_parameters', left).mean - 0.5) < 0.05, 'another response');
likely = experiment.levelSet(struct('level', {0.05, 0.95}, 'side', 'left'));
check(likely(1) < 0.5 && likely(2) > 0.5, 'another level set');
answer = experiment.jnd(struct('level', 0.5), 'fixed_parameters', left);
check(answer.mean > 0 && answer.lower <= answer.mean, 'no difference');
latent = experiment.predict(struct('level', 0.05, 'side', 'left'), 'latent', true);
check(latent.mean < 0, 'not latent');
wide = experiment.predict(struct('level', 0.5, 'side', 'left'), 'credible_level', 0.99);
narrow = experiment.predict(struct('level', 0.5, 'side', 'left'), 'credible_level', 0.5);
check(wide.upper - wide.lower > narrow.upper - narrow.lower, 'as wide');
check(abs(experiment.threshold('contexts', left).median - 0.5) < 0.2, 'another threshold');
check(numel(experiment.threshold('grid_size', 2).contexts) == 2, 'another grid');
end
