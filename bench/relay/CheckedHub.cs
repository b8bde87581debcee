using System.Text.Json;

namespace Packetboat.Bench.Relay;

/// <summary>A hub with the account of a node, in a folder of its own: settings, account, keys, and what the DNS has to say of it.</summary>
internal static class CheckedHub
{
    public const string RsaSelector = "hub";

    /// <summary>As <c>dkim new</c> calls the second key.</summary>
    public const string EdSelector = "hub-ed";

    /// <summary>The account may send as it, and its SPF record lets nobody.</summary>
    public const string RefusedDomain = "refused.test";

    /// <summary>Nobody has granted it.</summary>
    public const string StrangeDomain = "stranger.test";

    /// <summary>Makes all of it. The records are published before the hub looks for them.</summary>
    /// <param name="setup">What is on.</param>
    /// <param name="program">The binary.</param>
    /// <param name="directory">Empty.</param>
    /// <param name="port">To listen on.</param>
    /// <param name="sinkPort">Of every mail host.</param>
    /// <param name="names">The name server.</param>
    /// <param name="node">The key of the node that signs its own mail.</param>
    public static void Make(
        CheckSetup setup,
        string program,
        string directory,
        int port,
        int sinkPort,
        DeadNames names,
        NodeKey node
    )
    {
        Spoke.Configure(directory, port, sinkPort, names.Port, delivers: true, Lines(setup));
        string ctrl = Path.Combine(directory, "ctrl");
        // What comes from this machine shall be an account's, not the operator's own.
        File.Delete(Path.Combine(ctrl, "relay.cfg"));
        var administration = new Administration(program, ctrl);
        string[] anySender = setup.Account ? [] : ["--any-sender"];
        administration.Run(Point.Password, ["account", "add", Point.UserName, .. anySender, "--password-stdin"]);
        foreach (string domain in setup.Account ? (string[])[BenchMessage.Domain, RefusedDomain] : [])
            administration.Run("", "account", "domain", "add", Point.UserName, domain, "--grant");
        names.Texts = Zone(node);
        if (setup.Selectors.Count > 0)
            UseKeys(setup, administration, names, node);
    }

    private static string Lines(CheckSetup setup) =>
        $"""
            {(setup.Account ? LimitLines.OutOfReach : LimitLines.None)}
            [Arrival]
            ArrivalPolicy = enforce
            SendingAddresses = 192.0.2.1
            {(setup.Arrival ? "" : "CheckPatience = 0")}
            """;

    private static Dictionary<string, string> Zone(NodeKey node) =>
        new(StringComparer.Ordinal)
        {
            [BenchMessage.Domain] = $"v=spf1 mx include:spf.{BenchMessage.Domain} -all",
            [$"spf.{BenchMessage.Domain}"] = "v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all",
            [$"_dmarc.{BenchMessage.Domain}"] = "v=DMARC1; p=reject; adkim=s; aspf=s",
            [NodeKey.RecordName] = node.Record,
            [RefusedDomain] = "v=spf1 -all",
        };

    private static void UseKeys(CheckSetup setup, Administration administration, DeadNames names, NodeKey node)
    {
        Dictionary<string, string> zone = Zone(node);
        string made = administration.Run("", "dkim", "new", BenchMessage.Domain, "--selector", RsaSelector, "--json");
        using var keys = JsonDocument.Parse(made);
        // Only the used keys are published: the hub takes each into use whose record it finds.
        foreach (JsonElement key in keys.RootElement.EnumerateArray())
        {
            if (setup.Selectors.Contains(key.GetProperty("selector").GetString()!, StringComparer.Ordinal))
                zone[key.GetProperty("name").GetString()!] = key.GetProperty("record").GetString()!;
        }

        names.Texts = zone;
        foreach (string selector in setup.Selectors)
            administration.Run("", "dkim", "use", BenchMessage.Domain, selector, "--dns", $"127.0.0.1:{names.Port}");
    }
}
