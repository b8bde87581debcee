using System.CommandLine;
using System.Net;
using Packetboat.Relay.Resolver;

namespace Packetboat.Commands;

/// <summary><c>--dns</c>: which name server a verb asks that needs no settings.</summary>
internal static class NameServerOption
{
    public static Option<string?> Dns { get; } =
        new("--dns")
        {
            Description = "ADDRESS or ADDRESS:PORT of the name server to ask; those of the system if not said",
            Recursive = true,
        };

    /// <summary>Null: it was printed what is wrong.</summary>
    public static CachingResolver? Resolver(ParseResult parsed) =>
        IsRight(parsed) ? new CachingResolver(new ResolverOptions { Server = parsed.GetValue(Dns) }, TimeProvider.System) : null;

    /// <summary>False: it was printed what is wrong.</summary>
    public static bool IsRight(ParseResult parsed)
    {
        string? server = parsed.GetValue(Dns);
        if (server is null || IPEndPoint.TryParse(server, out _))
            return true;
        Print.Error($"--dns {server}: not an address; say ADDRESS or ADDRESS:PORT");
        return false;
    }
}
