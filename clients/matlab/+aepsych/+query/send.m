function response = send(experiment, call, question, given)
%SEND Asks the model a question, with the options of every query.
request = aepsych.options(call, struct('outcome', '', 'fixed_parameters', struct(), 'latent', false, ...
    'credible_level', [], 'at_sequence', []), given);
if request.latent
    request.response_scale = 'RESPONSE_SCALE_LATENT';
end
request = rmfield(request, 'latent');
request.experiment_id = experiment.experiment_id;
for name = fieldnames(question)'
    request.(name{1}) = question.(name{1});
end
response = aepsych.rpc.query(experiment.connection, request, experiment.connection.compute_seconds);
end
