using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Packetboat.Protocol.TransportSecurity;

/// <summary>Whether the certificate that a server shows is one of those that its TLSA records speak of. RFC 7672 §3.</summary>
public static class DaneCheck
{
    /// <summary>One of the doubts.</summary>
    public const string OtherName = "it is for another name";

    /// <summary>One of the doubts.</summary>
    public const string NotTimeValid = "its chain does not hold (NotTimeValid)";

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1", "Server Authentication");

    /// <summary>
    /// The records that count: usable ones, and of two digests of the same thing the stronger. RFC 7671 §9. Empty although there are
    /// records: TLS must be, whoever's certificate it is. RFC 7672 §2.2.
    /// </summary>
    public static IReadOnlyList<TlsaRecord> Usable(IReadOnlyList<TlsaRecord> records)
    {
        TlsaRecord[] usable = [.. records.Where(record => record.IsUsable)];
        bool hasStronger(TlsaRecord weak) =>
            weak.Matching == 1
            && usable.Any(other => other.Matching == 2 && (other.Usage, other.Selector) == (weak.Usage, weak.Selector));
        return [.. usable.Where(record => !hasStronger(record))];
    }

    /// <param name="records">Usable ones, at least one.</param>
    /// <param name="shown">The server's certificate.</param>
    /// <param name="sent">What it sent besides.</param>
    /// <param name="names">By which of them the certificate may be called, where that matters. RFC 7672 §3.2.2.</param>
    /// <param name="now">For expiry, where that matters.</param>
    /// <returns>What is wrong; empty: it is the one.</returns>
    public static string DoubtOf(
        IReadOnlyList<TlsaRecord> records,
        X509Certificate2 shown,
        IReadOnlyList<X509Certificate2> sent,
        IReadOnlyList<string> names,
        DateTimeOffset now
    )
    {
        // The key is the name: neither names nor dates are looked at. RFC 7672 §3.1.1.
        if (records.Any(record => record.Usage == TlsaRecord.EndEntity && IsOf(record, shown)))
            return "";

        string doubt = "it is not the one that the TLSA records name";
        TlsaRecord[] anchors = [.. records.Where(record => record.Usage == TlsaRecord.TrustAnchor)];
        X509Certificate2[] authorities = [.. sent.Where(one => Array.Exists(anchors, record => IsOf(record, one)))];
        if (authorities.Length > 0)
            doubt = DoubtOf(authorities, shown, sent, names, now);
        return doubt;
    }

    private static bool IsOf(TlsaRecord record, X509Certificate2 certificate)
    {
        byte[] selected = record.Selector == 0 ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        byte[] compared = record.Matching switch
        {
            1 => SHA256.HashData(selected),
            2 => SHA512.HashData(selected),
            _ => selected,
        };
        return compared.AsSpan().SequenceEqual(record.Data.Span);
    }

    /// <summary>
    /// From the server's certificate up to an authority that is named; what lies above that does not matter. RFC 7671 §5.2.
    /// </summary>
    private static string DoubtOf(
        X509Certificate2[] authorities,
        X509Certificate2 shown,
        IReadOnlyList<X509Certificate2> sent,
        IReadOnlyList<string> names,
        DateTimeOffset now
    )
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(sent.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.Build(shown);

        X509ChainElement[] elements = [.. chain.ChainElements];
        int top = Array.FindIndex(elements, element => authorities.Contains(element.Certificate));
        if (top <= 0)
            return "no authority that the TLSA records name has signed it";
        X509ChainStatus[] wrong =
        [
            .. elements[..(top + 1)]
                .SelectMany(element => element.ChainElementStatus)
                .Where(status => !IsOfTheTop(status.Status)),
        ];
        if (wrong.Length > 0)
            return $"its chain does not hold ({wrong[0].Status})";
        return names.Any(name => CertificateName.IsFor(shown, name, allowCommonName: true)) ? "" : OtherName;
    }

    /// <summary>That the authority is nobody's whom this machine knows is the point of the record.</summary>
    private static bool IsOfTheTop(X509ChainStatusFlags status) =>
        status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain;
}
