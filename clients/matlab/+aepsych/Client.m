classdef Client < handle
    %CLIENT Calls a server of aepsych-grpc.
    %
    %   client = aepsych.Client()                    the server of this machine, localhost:50052
    %   client = aepsych.Client('rig:50052', 'token', '...')
    %   client = aepsych.Client('https://lab.example.org', 'token', '...', 'ca_file', 'lab.pem')
    %
    %   Its address is that of the HTTP port, the one after gRPC's. Options:
    %     token            shown to a server that asks for one
    %     ca_file          certificates (PEM) to trust instead of the system's
    %     record_seconds   time for calls that record or read (30), sending again included
    %     compute_seconds  time for calls that choose a trial or ask the model (60)
    %
    %   A call that fails is an error aepsych:REASON, such as aepsych:OUT_OF_BOUNDS, whose message has every field at
    %   fault. A server that restarts is waited for: calls are sent again, which the server recognises.
    %
    %   See also aepsych.Experiment.

    properties (SetAccess = private)
        connection  % an aepsych.Connection, for the functions of aepsych.rpc
    end

    methods
        function client = Client(address, varargin)
            if nargin < 1
                address = 'localhost:50052';
            end
            client.connection = aepsych.Connection(address, varargin{:});
        end

        function experiment = setup(client, config, varargin)
            %SETUP Sets up an experiment.
            %
            %   experiment = client.setup('study.json', 'participant_id', 'p01')
            %   experiment = client.setup(config, ...) with a struct whose fields are those of the contract's ExperimentConfig
            %
            %   Options:
            %     participant_id  who takes part
            %     labels          texts by name, added to the config's
            %     seed            of every random choice; wins over the config's
            %     warm_start      ids (cells) of earlier experiments whose responses are carried over
            %     prior_from      ids (cells) of earlier experiments that teach the model's hyperparameters
            %     request_id      makes sending again safe; one is made unless it is given
            [request, own] = aepsych.study.setupRequest('setup', config, varargin);
            seconds = client.connection.compute_seconds; % it may learn from earlier participants
            response = aepsych.rpc.setup(client.connection, request, seconds);
            experiment = aepsych.Experiment(client.connection, response.experiment_id, response.config, ...
                own.participant_id, response.warnings, response.duplicate);
        end

        function config = check(client, config, varargin)
            %CHECK Checks a config and sets nothing up; returns it as the server understands it, defaults filled in.
            %
            %   config = client.check('study.json')
            request = aepsych.study.setupRequest('check', config, varargin);
            request.validate_only = true;
            response = aepsych.rpc.setup(client.connection, request);
            config = response.config;
        end

        function experiment = experiment(client, experiment_id)
            %EXPERIMENT Goes on with an experiment that was set up earlier.
            %
            %   experiment = client.experiment(ID)
            request = struct('experiment_id', char(experiment_id));
            found = getfield(aepsych.rpc.getExperiment(client.connection, request), 'experiment'); %#ok<GFLD>
            experiment = aepsych.Experiment(client.connection, found.experiment_id, found.config, ...
                found.participant_id, {}, false);
        end

        function list = experiments(client, varargin)
            %EXPERIMENTS Lists experiments, newest first, as a struct array.
            %
            %   list = client.experiments('participant_id', 'p01', 'name', 'contrast-threshold', 'labels', struct(...))
            filters = struct('participant_id', '', 'name', '', 'labels', struct());
            request = aepsych.options('experiments', filters, varargin);
            pages = {};
            request.page_token = '';
            while isempty(pages) || ~isempty(request.page_token)
                response = aepsych.rpc.listExperiments(client.connection, request);
                pages{end + 1} = arrayfun(@aepsych.study.state, response.experiments, 'UniformOutput', false); %#ok<AGROW>
                request.page_token = response.next_page_token;
            end
            list = [pages{:}];
            list = [list{:}];
        end

        function info = serverInfo(client)
            %SERVERINFO Returns the server's version, limits, and what a config may name.
            info = aepsych.rpc.getServerInfo(client.connection, struct());
        end
    end
end
