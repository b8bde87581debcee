namespace Packetboat.Protocol.TransportSecurity;

/// <summary>What the certificate of a host must be, said in the DNS. RFC 6698 §2.1. The names of the values are those of RFC 7218.</summary>
/// <param name="Usage">2 DANE-TA, 3 DANE-EE; 0 and 1 have no use for mail. RFC 7672 §3.1.3.</param>
/// <param name="Selector">0 the whole certificate, 1 its public key.</param>
/// <param name="Matching">0 as it is, 1 SHA-256 of it, 2 SHA-512.</param>
/// <param name="Data">What is compared.</param>
public sealed record TlsaRecord(byte Usage, byte Selector, byte Matching, ReadOnlyMemory<byte> Data)
{
    public const byte TrustAnchor = 2;
    public const byte EndEntity = 3;

    /// <summary>Where those for mail to a host stand. RFC 7672 §2.2.3.</summary>
    public static string NameFor(string host, int port) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"_{port}._tcp.{host}");

    /// <summary>Whether a certificate can be compared with it at all.</summary>
    public bool IsUsable =>
        Usage is TrustAnchor or EndEntity
        && Selector <= 1
        && Matching switch
        {
            0 => Data.Length > 0,
            1 => Data.Length == 32,
            2 => Data.Length == 64,
            _ => false,
        };

    /// <summary>As zone files have it: <c>3 1 1 0b9f…</c></summary>
    public override string ToString() => $"{Usage} {Selector} {Matching} {Convert.ToHexStringLower(Data.Span)}";
}
