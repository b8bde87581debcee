using System.Globalization;
using System.Text;

namespace Packetboat.Relay.Doctor;

/// <summary>A record to publish.</summary>
/// <param name="Name">Without the dot at its end.</param>
/// <param name="Type">Such as TXT.</param>
/// <param name="Value">What a form of a provider of DNS wants: a text without quotes, or for MX preference and host.</param>
public sealed record DnsRecord(string Name, string Type, string Value)
{
    /// <summary>Octets of one string of a TXT record. RFC 1035 §3.3.14.</summary>
    private const int MaxString = 255;

    /// <summary>The same as a zone file has it; a text in several strings where one cannot hold it.</summary>
    public string ZoneLine => $"{Name}. IN {Type} {(Type == "TXT" ? Strings() : Value)}";

    public static DnsRecord Text(string name, string text) => new(name, "TXT", text);

    private string Strings() => string.Join(' ', Value.Chunk(MaxString).Select(part => $"\"{Escaped(part)}\""));

    /// <summary>RFC 1035 §5.1. A semicolon inside quotes begins no comment.</summary>
    private static string Escaped(char[] part)
    {
        var text = new StringBuilder(part.Length);
        foreach (char c in part)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (c is < ' ' or > '~')
                text.Append(CultureInfo.InvariantCulture, $"\\{Math.Min((int)c, 255):000}");
            else
                text.Append(c);
        }

        return text.ToString();
    }
}
