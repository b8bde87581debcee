using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.TransportSecurity;

/// <summary>The TXT record by which a domain asks for reports about TLS. RFC 8460 §3.</summary>
public static class TlsReportRecord
{
    /// <summary>More addresses than this are nobody's own.</summary>
    public const int MaxAddresses = 5;

    private const int MaxAddress = 500;

    private const string Version = "v=TLSRPTv1";

    /// <param name="domain">A-labels.</param>
    public static string NameFor(string domain) => $"_smtp._tls.{domain}";

    /// <summary>Where reports are wanted: <c>mailto:</c> and <c>https:</c>. None where there is no record, or more than one.</summary>
    public static IReadOnlyList<Uri> AddressesOf(IReadOnlyList<string> records)
    {
        string[] meant =
        [
            .. records.Where(text =>
                text.StartsWith(Version, StringComparison.Ordinal)
                && text.AsSpan(Version.Length).TrimStart(" \t").StartsWith(";", StringComparison.Ordinal)
            ),
        ];
        return meant is [var one] ? Read(one) : [];
    }

    private static Uri[] Read(string record)
    {
        string? list = record
            .Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(part => part.StartsWith("rua=", StringComparison.Ordinal));
        return list is null
            ? []
            :
            [
                .. list["rua=".Length..]
                    .Split(',', StringSplitOptions.TrimEntries)
                    .Select(Address)
                    .OfType<Uri>()
                    .Take(MaxAddresses),
            ];
    }

    private static Uri? Address(string text) =>
        text.Length <= MaxAddress && Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && IsFit(address) ? address : null;

    private static bool IsFit(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps ? HasName(address) && address.UserInfo.Length == 0 : MailOf(address) is not null;

    /// <summary>What looks like a host may have no form in the DNS; that is found out only when it is called.</summary>
    private static bool HasName(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>Null: it is no mail address. What follows a question mark, RFC 6068, is not looked at.</summary>
    public static MailAddress? MailOf(Uri address) =>
        address.Scheme == Uri.UriSchemeMailto
        && MailAddress.TryParse(
            Uri.UnescapeDataString(address.AbsoluteUri["mailto:".Length..].Split('?')[0]),
            out MailAddress? mail
        )
        && mail.Domain is not ("" or ['[', ..])
            ? mail
            : null;
}
