classdef Connection < handle
    %CONNECTION Where a server is, and how it is called; every call of aepsych.rpc takes one.
    %
    %   connection = aepsych.Connection('localhost:50052', 'token', '...', 'ca_file', 'lab.pem')
    %
    %   The address is that of the server's HTTP port; one with https:// is called with TLS. An aepsych.Client makes its own.

    properties (SetAccess = private)
        url      % such as 'http://localhost:50052'
        token    % shown to the server, '' for none
        ca_file  % certificates (PEM) to trust instead of the system's, '' for none
    end
    properties
        record_seconds   % time for a call that only records or reads, sending again included
        compute_seconds  % time for a call that chooses a trial or asks the model
        reached = false  % whether the server has ever answered
    end

    methods
        function connection = Connection(address, varargin)
            options = aepsych.options('aepsych.Connection', ...
                struct('token', '', 'ca_file', '', 'record_seconds', 30, 'compute_seconds', 60), varargin);
            address = char(address);
            if isempty(regexp(address, '^https?://', 'once'))
                address = ['http://' address];
            end
            connection.url = regexprep(address, '/+$', '');
            connection.token = char(options.token);
            connection.ca_file = char(options.ca_file);
            connection.record_seconds = options.record_seconds;
            connection.compute_seconds = options.compute_seconds;
        end
    end
end
