using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Configuration;

/// <summary>A server to call: a host name or an address, without brackets, and a port where one was given.</summary>
public sealed record ServerAddress(string Host, int? Port)
{
    /// <summary>Reads <c>host</c>, <c>ip</c>, <c>[ip]</c>, each with <c>:port</c> or without. A bare IPv6 address has no port.</summary>
    public static ServerAddress? Parse(string text)
    {
        if (IsAddress(text))
            return new ServerAddress(text, null);

        int colon = text.LastIndexOf(':');
        bool hasPort = colon > 0 && !text.EndsWith(']');
        int? port = null;
        if (hasPort)
        {
            if (
                !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
                || number == 0
            )
                return null;
            port = number;
        }

        string host = hasPort ? text[..colon] : text;
        return HostOf(host) is { } name ? new ServerAddress(name, port) : null;
    }

    /// <summary>Whether it is an address in full: <c>10.1</c> and <c>7</c>, which the library would take for one, are not.</summary>
    public static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out IPAddress? address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? text[0] != '[' : text.AsSpan().Count('.') == 3);

    public override string ToString()
    {
        string host = Port is not null && Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : host;
    }

    private static string? HostOf(string text)
    {
        if (text is ['[', .., ']'])
            return IsAddress(text[1..^1]) ? text[1..^1] : null;
        if (IsAddress(text))
            return text.Contains(':', StringComparison.Ordinal) ? null : text;
        return MailAddress.IsDomain(text) ? text : null;
    }
}
