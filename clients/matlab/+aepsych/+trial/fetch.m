function trials = fetch(experiment, request)
%FETCH Reads an experiment's trials, page by page.
request.experiment_id = experiment.experiment_id;
request.page_token = '';
trials = aepsych.trial.read([], experiment.config);
while true
    response = aepsych.rpc.listTrials(experiment.connection, request, experiment.connection.compute_seconds);
    trials = [trials, aepsych.trial.read(response.trials, experiment.config)]; %#ok<AGROW>
    request.page_token = response.next_page_token;
    if isempty(request.page_token)
        return
    end
end
end
