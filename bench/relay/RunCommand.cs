using System.CommandLine;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary><c>run</c>: one run against a server that is there already and relays into the sink.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var load = new Program.LoadArguments();
        var server = new Option<string>("--server") { Required = true, Description = "ADDRESS:PORT of the server under test." };
        var sinkPort = new Option<int>("--sink-port")
        {
            Required = true,
            Description = "Where the server relays to, on 127.0.0.1.",
        };
        var pid = new Option<int?>("--pid")
        {
            Description = "The server's process, whose CPU and memory are counted with its children's.",
        };
        var deferred = new Option<string?>("--deferred-domain") { Description = "Recipients of this domain are answered 450." };
        var command = new Command("run", "One run against a server that is running.") { server, sinkPort, pid, deferred };
        load.AddTo(command);
        command.SetAction(
            async (given, ct) =>
            {
                using var sink = new Sink(new IPEndPoint(IPAddress.Loopback, given.GetValue(sinkPort)))
                {
                    DeferredDomain = given.GetValue(deferred),
                };
                sink.Start();
                LoadOptions options = load.Read(given, IPEndPoint.Parse(given.GetValue(server)!));
                ServerProcess? process = given.GetValue(pid) is { } id ? new ServerProcess(id) : null;
                RunResult result = await new RelayRun(options, sink, process, TimeProvider.System).MeasureAsync(ct);
                Console.WriteLine(result);
                return result.Lost == 0 ? 0 : 1;
            }
        );
        return command;
    }
}
