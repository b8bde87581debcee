using System.CommandLine;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary><c>names</c>: the rig's name server alone, for a peer that takes its next hop from DNS only.</summary>
internal static class NamesCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Required = true, Description = "ADDRESS:PORT." };
        var command = new Command("names", "Answers for every name that its mail host is this machine.") { listen };
        command.SetAction(given =>
        {
            using var names = new DeadNames(int.MaxValue, IPEndPoint.Parse(given.GetValue(listen)!));
            names.Answer();
        });
        return command;
    }
}
