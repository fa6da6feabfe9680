function response = setup(connection, request, seconds)
%SETUP Sets up an experiment, or only checks its config.
%   Learning from earlier experiments can take seconds; a call whose deadline passes meanwhile is refused with
%   DEADLINE_EXCEEDED and records nothing, and the same call sent again finds more of it done.
%
%   RESPONSE = aepsych.rpc.setup(CONNECTION, REQUEST)
%   RESPONSE = aepsych.rpc.setup(CONNECTION, REQUEST, SECONDS) with another deadline
%
%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.
%
%   REQUEST:
%     request_id (text)
%       OPTIONAL. Made by the client; makes re-sending safe.
%     config (ExperimentConfig)
%       The typed config.
%     ini_text (text)
%       A config in AEPsych's INI dialect.
%     participant_id (text)
%       OPTIONAL. Who takes part.
%     labels (text by name)
%       OPTIONAL. Added to the config's labels; wins where both have a key.
%     seed (number)
%       OPTIONAL. Wins over the config's seed.
%     warm_start_experiment_ids (cells of texts)
%       OPTIONAL. Earlier experiments, finished or not, whose observations are carried over: models learn from them as
%       if they had been told here first. Those are carried over that count there when this experiment is set up, as
%       corrected; what was carried over there is not. Stopping rules, and generators that go by responses without a
%       model, don't count them; strategies with skip_with_warm_start are passed over. Parameters that vary must have
%       the same names and units, and every stimulus must lie within the bounds here (unless allow_out_of_bounds);
%       outcomes must be of the same kind, with the same rates. At most 100 experiments with 10,000 observations.
%     validate_only (logical)
%       OPTIONAL. Check only; nothing is created and experiment_id stays empty.
%     prior_from_experiment_ids (cells of texts)
%       OPTIONAL. Earlier experiments whose responses teach the prior of the model's hyperparameters, finished or not;
%       the same participant's count too, and several of one participant_id count as one. They must agree with the
%       config in the parameters that vary (names, order, values and scales), the intensity parameter, the number of
%       stimuli, and the outcomes that are learned from. They stand in for those that the config's population_prior
%       finds. Default: those, or none.
%
%   RESPONSE:
%     experiment_id (text)
%       Id for all further calls.
%     config (ExperimentConfig)
%       The config as understood, with every default filled in.
%     warnings (cells of texts)
%       Remarks on the config that do not keep it from running, and on earlier experiments, such as those that could
%       not be learned from.
%     duplicate (logical)
%       Whether this repeats the answer to an earlier call with the same request_id.
%     learned_priors (struct array of LearnedPrior)
%       What earlier experiments have taught, for each model that begins with it. Empty with validate_only.
%     carried_over_count (number)
%       Observations that were carried over; with validate_only, those that would be.

% Generated from the contract by `make generate`; not to be edited.
if nargin < 3
    seconds = connection.record_seconds;
end
response = aepsych.wire.exchange(connection, ...
    'Setup', 'SetupRequest', 'SetupResponse', request, seconds);
end
