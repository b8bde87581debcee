using System.Text;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Fuzz.Targets;

/// <summary>The first line is the TXT record of either, the second a host, the rest the policy.</summary>
internal sealed class MtaStsTarget : IFuzzTarget
{
    public string Name => "mta-sts";

    public string What => "an MTA-STS or TLS-RPT record and a policy";

    public IReadOnlyList<string> Words { get; } =
    [
        "v=STSv1; ",
        "v=TLSRPTv1; rua=",
        "mailto:a@b.example",
        ",https://b.example/",
        "id=1; ",
        "\n",
        "mx.far.example",
        "version: STSv1\n",
        "mode: enforce\r\n",
        "mode: none\n",
        "mx: mx.far.example\n",
        "mx: *.far.example\n",
        "max_age: 31557600\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        string[] parts = Encoding.UTF8.GetString(input).Split('\n', 3);
        string? id = MtaStsRecord.IdOf([parts[0]]);
        Check.That(id is null || (id.Length is > 0 and <= 32 && id.All(char.IsAsciiLetterOrDigit)), "an identifier that is none");
        IReadOnlyList<Uri> addresses = TlsReportRecord.AddressesOf([parts[0]]);
        Check.That(addresses.Count <= TlsReportRecord.MaxAddresses, "more addresses than anybody has");
        foreach (Uri address in addresses)
            Check.That(
                address.Scheme == Uri.UriSchemeHttps || TlsReportRecord.MailOf(address) is not null,
                $"{address} is no address for reports"
            );
        if (!MtaStsPolicy.TryParse(parts.ElementAtOrDefault(2) ?? "", out MtaStsPolicy? policy, out string? fault))
        {
            Check.IsPrintable(fault, "a fault");
            return HashCode.Combine(id?.Length, fault.Length);
        }

        Check.That(policy.MaxAge >= TimeSpan.Zero && policy.MaxAge <= TimeSpan.FromDays(366), $"it holds for {policy.MaxAge}");
        Check.That(policy.Mode == MtaStsMode.None || policy.Patterns.Count > 0, "no host is named");
        foreach (string pattern in policy.Patterns)
        {
            Check.That(Ascii.IsValid(pattern), "a host name that is not ASCII");
            bool isAny = pattern.StartsWith("*.", StringComparison.Ordinal);
            Check.That(policy.Covers(isAny ? $"a{pattern[1..]}" : pattern), $"{pattern} does not cover what it names");
            Check.That(
                !isAny || !new MtaStsPolicy(policy.Mode, policy.MaxAge, [pattern]).Covers(pattern[2..]),
                "no label is one"
            );
        }

        return HashCode.Combine(id?.Length, policy.Mode, policy.Patterns.Count, policy.Covers(parts.ElementAtOrDefault(1) ?? ""));
    }
}
