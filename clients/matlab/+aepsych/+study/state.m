function state = state(experiment)
%STATE Makes of the contract's Experiment what users see: without the config, and with `finished`.
state = rmfield(experiment, {'config', 'state', 'learned_priors'});
state.finished = strcmp(experiment.state, 'EXPERIMENT_STATE_FINISHED');
end
