using System.CommandLine;
using System.Net;
using Packetboat.Relay.Configuration;
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

    /// <param name="parsed">The command line.</param>
    /// <param name="isTrusted">The server is believed to validate.</param>
    /// <returns>Null: it was printed what is wrong.</returns>
    public static CachingResolver? Resolver(ParseResult parsed, bool isTrusted = false) =>
        IsRight(parsed)
            ? new CachingResolver(
                new ResolverOptions { Server = parsed.GetValue(Dns), IsTrusted = isTrusted },
                TimeProvider.System
            )
            : null;

    /// <summary>The one that was named, or else that of the installation: its <c>DNSServer</c>, or the system's.</summary>
    /// <param name="parsed">The command line, which <see cref="IsRight"/>.</param>
    /// <param name="settings">Of the installation.</param>
    public static CachingResolver Resolver(ParseResult parsed, Settings settings) =>
        new(new ResolverOptions { Server = parsed.GetValue(Dns) ?? settings.Mail.DnsServer?.ToString() }, TimeProvider.System);

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
