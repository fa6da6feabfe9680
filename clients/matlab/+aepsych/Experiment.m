classdef Experiment < handle
    %EXPERIMENT One participant's experiment: asks for trials, tells responses, and asks what has been learned.
    %
    %   experiment = client.setup('study.json', 'participant_id', 'p01');
    %   trial = experiment.ask();
    %   while ~isempty(trial)
    %       seen = show(trial.stimulus.contrast);  % yours: 1 if it was seen, else 0
    %       trial = experiment.tellAndAsk(trial, seen);
    %   end
    %
    %   A stimulus, and the outcomes of a trial with several, are structs. Where a name is not that of a MATLAB variable,
    %   such as "my-key" or "größe", they are containers.Map: stimulus('my-key').
    %
    %   See also aepsych.Client.

    properties (SetAccess = private)
        connection      % an aepsych.Connection
        experiment_id   % its id; client.experiment(ID) goes on with it
        config          % as the server understands it, with every default filled in
        participant_id  % who takes part
        warnings        % the server's remarks on the config, as cells
        duplicate       % whether the setup repeats an earlier one
    end

    methods
        function experiment = Experiment(connection, experiment_id, config, participant_id, warnings, duplicate)
            % Made by aepsych.Client's setup and experiment.
            experiment.connection = connection;
            experiment.experiment_id = experiment_id;
            experiment.config = config;
            experiment.participant_id = char(participant_id);
            experiment.warnings = warnings;
            experiment.duplicate = duplicate;
        end

        function [trial, duplicate] = ask(experiment, varargin)
            %ASK Asks for the next trial; [] when nothing is left to ask.
            %
            %   trial = experiment.ask('fixed_parameters', struct('eye', 'left'))
            %
            %   Options: those of askBatch.
            [trial, duplicate] = experiment.askBatch(1, varargin{:});
            if isempty(trial)
                trial = [];
            end
        end

        function [trials, duplicate] = askBatch(experiment, count, varargin)
            %ASKBATCH Asks for several trials that are run before any of them is told, as a struct array.
            %
            %   Options:
            %     fixed_parameters  values that the stimuli must have (struct or containers.Map); the rest is chosen
            %     compute_budget    seconds for the choice (1); past it trials are valid stand-ins with source 'fallback'
            %     request_id        makes sending again safe; one is made unless it is given
            request = aepsych.options('ask', struct('request_id', aepsych.newId(), ...
                'fixed_parameters', struct(), 'compute_budget', []), varargin);
            request.experiment_id = experiment.experiment_id;
            request.count = count;
            response = aepsych.rpc.ask(experiment.connection, request, experiment.connection.compute_seconds);
            trials = aepsych.trial.read(response.trials, experiment.config);
            duplicate = response.duplicate;
        end

        function receipt = tell(experiment, shown, outcome, varargin)
            %TELL Tells the response to a trial. What was acknowledged is on the server's disk.
            %
            %   experiment.tell(trial, 1)
            %   experiment.tell(trial, struct('seen', 1, 'confidence', 3), 'response_time', 0.42)
            %   experiment.tell(struct('contrast', 0.3), 0)   a trial of one's own
            %
            %   The trial is one that was asked, its number, or the stimulus (cells with the stimuli) of one that was not.
            %   The outcome is the value of the only outcome, or a struct with a value for each: 0 or 1 (binary), count
            %   (proportion), level (ordinal), number (continuous), position from 0 (choice). Options:
            %     response_time       seconds that the participant took
            %     metadata            struct with anything to keep, such as struct('eye', 'left')
            %     exclude_from_model  keep it, but do not learn from it
            %     observation_id      makes sending again safe; one is made unless it is given
            %   The receipt has the trial's number, the observation's id, and whether it had been recorded before.
            receipt = experiment.tellOne(shown, outcome, varargin, []);
        end

        function [trial, receipt] = tellAndAsk(experiment, shown, outcome, varargin)
            %TELLANDASK Tells a response and asks for the next trial in one call; [] when nothing is left to ask.
            %
            %   trial = experiment.tellAndAsk(trial, seen)
            %
            %   Options: those of tell.
            [receipt, trial] = experiment.tellOne(shown, outcome, varargin, struct());
            if isempty(trial)
                trial = [];
            end
        end

        function receipts = tellBatch(experiment, shown, outcomes, varargin)
            %TELLBATCH Tells several responses: all are recorded, or none.
            %
            %   experiment.tellBatch(trials, [1 0 1])
            %
            %   Trials and outcomes are arrays or cells of what tell takes. Options: those of tell, each a single value for
            %   all or cells with one for each. The receipts are a struct array.
            observations = aepsych.trial.observations(shown, outcomes, experiment.config, varargin);
            receipts = experiment.send(observations, []);
        end

        function trial = revise(experiment, trial, outcome, varargin)
            %REVISE Corrects a response; the log keeps both, the model learns from the correction.
            %
            %   experiment.revise(trial, 0, 'reason', 'pressed the wrong key')
            %
            %   The trial is one of the experiment's or its number. Options: reason, request_id.
            outcomes = aepsych.trial.outcomes(outcome, experiment.config);
            trial = experiment.reviseTrial(trial, outcomes, varargin);
        end

        function trial = retract(experiment, trial, varargin)
            %RETRACT Takes a response back; the log keeps it, the model forgets it.
            %
            %   experiment.retract(12, 'reason', 'a noise in the corridor')
            trial = experiment.reviseTrial(trial, struct(), varargin);
        end

        function state = finishStrategy(experiment, varargin)
            %FINISHSTRATEGY Ends the current strategy; the next trial comes from the one after it.
            %
            %   Options: strategy (its name; refused if it is not the current one), request_id.
            request = aepsych.options('finishStrategy', struct('strategy', '', 'request_id', aepsych.newId()), varargin);
            request.experiment_id = experiment.experiment_id;
            response = aepsych.rpc.finishStrategy(experiment.connection, request);
            state = aepsych.study.state(response.experiment);
        end

        function state = finish(experiment, varargin)
            %FINISH Ends the experiment. Responses to trials that were asked already are still taken.
            %
            %   Options: reason, request_id.
            request = aepsych.options('finish', struct('reason', '', 'request_id', aepsych.newId()), varargin);
            request.experiment_id = experiment.experiment_id;
            response = aepsych.rpc.finishExperiment(experiment.connection, request);
            state = aepsych.study.state(response.experiment);
        end

        function state = state(experiment)
            %STATE Returns where the experiment stands: counts, strategies and their progress, whether it is finished.
            request = struct('experiment_id', experiment.experiment_id);
            response = aepsych.rpc.getExperiment(experiment.connection, request);
            state = aepsych.study.state(response.experiment);
        end

        function trials = trials(experiment, varargin)
            %TRIALS Returns the trials with their responses, as a struct array in the order of their numbers.
            %
            %   Options:
            %     after_sequence     only those that changed after this sequence
            %     include_posterior  also the model's prediction at each trial's stimulus
            request = aepsych.options('trials', struct('after_sequence', 0, 'include_posterior', false), varargin);
            trials = aepsych.trial.fetch(experiment, request);
        end

        function answer = predict(experiment, stimuli, varargin)
            %PREDICT Returns the response expected at stimuli (a struct array), with mean, variance, lower and upper as rows.
            %
            %   answer = experiment.predict(struct('contrast', {0.1, 0.2, 0.4}), 'credible_level', 0.9)
            %
            %   Options of every query:
            %     outcome           the outcome in question; default: the first that a model learns from
            %     fixed_parameters  values at which parameters are held, which stimuli then may leave out
            %     latent            speak of the latent field instead of the expected response
            %     credible_level    probability content of the credible intervals (.9)
            %     at_sequence       answer from the events up to this sequence only
            question.prediction.stimuli = aepsych.trial.stimuli(stimuli);
            response = aepsych.query.send(experiment, 'predict', question, varargin);
            answer = aepsych.query.estimates(response.prediction.responses);
        end

        function answer = maximum(experiment, varargin)
            %MAXIMUM Returns where the response is largest: a stimulus, and mean, variance, lower and upper there.
            question.maximum = struct();
            answer = aepsych.query.point(experiment, 'maximum', question, varargin);
        end

        function answer = minimum(experiment, varargin)
            %MINIMUM Returns where the response is smallest: a stimulus, and mean, variance, lower and upper there.
            question.minimum = struct();
            answer = aepsych.query.point(experiment, 'minimum', question, varargin);
        end

        function answer = inverse(experiment, value, varargin)
            %INVERSE Returns a stimulus at which the response has a value, and mean, variance, lower and upper there.
            question.inverse.value = value;
            answer = aepsych.query.point(experiment, 'inverse', question, varargin);
        end

        function answer = threshold(experiment, varargin)
            %THRESHOLD Returns where the response crosses the target along one parameter, for settings of the others.
            %
            %   answer = experiment.threshold('contexts', struct('spatial_frequency', {1, 2, 4}))
            %
            %   answer.median is what to report; mean, variance, lower, upper and crossing_probability are rows beside it, one
            %   for each of answer.contexts (cells). Options, beside those of predict:
            %     contexts   settings of the other parameters (struct array); default: a grid over those that are not fixed
            %     parameter  the parameter along which to look; default: the intensity parameter
            %     target     the response at threshold; default: the outcome's
            %     grid_size  points per parameter of that grid
            answer = aepsych.query.threshold(experiment, varargin);
        end

        function probability = levelSet(experiment, stimuli, varargin)
            %LEVELSET Returns the probability that the response lies above a target, for each stimulus.
            %
            %   Options, beside those of predict: target; default: the outcome's.
            [own, options] = aepsych.query.own(struct('target', []), varargin);
            own.stimuli = aepsych.trial.stimuli(stimuli);
            question.level_set_probability = own;
            response = aepsych.query.send(experiment, 'levelSet', question, options);
            probability = response.values.values;
        end

        function answer = jnd(experiment, stimuli, varargin)
            %JND Returns the just-noticeable difference at stimuli: the step that raises the latent field by one unit.
            %
            %   Options, beside those of predict: parameter, along which to step; default: the intensity parameter.
            [own, options] = aepsych.query.own(struct('parameter', ''), varargin);
            own.stimuli = aepsych.trial.stimuli(stimuli);
            question.just_noticeable_difference = own;
            response = aepsych.query.send(experiment, 'jnd', question, options);
            answer = aepsych.query.estimates(response.prediction.responses);
        end

        function figureAxes = plotField(experiment, varargin)
            %PLOTFIELD Plots the response over one or two parameters, with the trials and the threshold.
            %
            %   experiment.plotField('parameters', {'spatial_frequency', 'contrast'}, 'fixed_parameters', struct('eye', 'left'))
            %
            %   Options:
            %     parameters        along x and y, or x alone; default: the first other over the intensity parameter
            %     fixed_parameters  values of the others; those left out are held at their middle
            %     outcome           default: the first that a model learns from
            %     axes              where to plot; default: a new figure
            figureAxes = aepsych.plot.field(experiment, varargin);
        end

        function figureAxes = plotThreshold(experiment, varargin)
            %PLOTTHRESHOLD Plots the threshold of the intensity parameter over another one, with its credible band.
            %
            %   Options:
            %     parameter         along x; default: the first beside the intensity parameter
            %     fixed_parameters  values of the others; those left out are held at their middle
            %     outcome           default: the first that a model learns from
            %     axes              where to plot; default: a new figure
            figureAxes = aepsych.plot.threshold(experiment, varargin);
        end

        function writeCsv(experiment, file)
            %WRITECSV Writes the trials to a file of comma-separated values, a row for each.
            aepsych.trial.writeCsv(experiment, file);
        end

        function trials = trialsTable(experiment)
            %TRIALSTABLE Returns the trials as a table, a row for each, with the columns of writeCsv. Not in Octave.
            [columns, rows] = aepsych.trial.asTable(experiment);
            trials = cell2table(rows, 'VariableNames', matlab.lang.makeUniqueStrings(columns));
        end
    end

    methods (Access = private)
        function [receipt, trial] = tellOne(experiment, shown, outcome, given, ask_next)
            options = aepsych.options('tell', aepsych.trial.tellOptions(), given);
            observation = aepsych.trial.observation(shown, outcome, experiment.config, options);
            [receipt, trial] = experiment.send({observation}, ask_next);
        end

        function [receipts, trial] = send(experiment, observations, ask_next)
            request = struct('experiment_id', experiment.experiment_id);
            request.observations = observations;
            request.ask_next = ask_next;
            seconds = experiment.connection.record_seconds;
            if ~isempty(ask_next)
                seconds = experiment.connection.compute_seconds;
            end
            response = aepsych.rpc.tell(experiment.connection, request, seconds);
            receipts = response.receipts;
            [receipts.sequence] = deal(response.sequence);
            [receipts.finished] = deal(response.finished);
            trial = aepsych.trial.read(response.next_trials, experiment.config);
        end

        function trial = reviseTrial(experiment, trial, outcomes, given)
            request = aepsych.options('revise', struct('reason', '', 'request_id', aepsych.newId()), given);
            request.experiment_id = experiment.experiment_id;
            request.trial_id = aepsych.trial.number(trial);
            request.outcomes = outcomes;
            response = aepsych.rpc.reviseTrial(experiment.connection, request);
            trial = aepsych.trial.read(response.trial, experiment.config);
        end
    end
end
