using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Packetboat.Protocol;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Relay.TransportSecurity;

/// <summary>Whether a domain's server shows what is demanded of it. Used once for a connection, and then asked why not.</summary>
/// <param name="demand">What is.</param>
/// <param name="host">Whom we called.</param>
/// <param name="authorities">Who is believed; null: whom this machine believes.</param>
/// <param name="time">The clock.</param>
internal sealed class PeerTrust(TlsDemand demand, string host, X509ChainPolicy? authorities, TimeProvider time)
{
    /// <summary>What is wrong with the certificate; empty: nothing, or nobody looked.</summary>
    public string Doubt { get; private set; } = "";

    /// <summary>The same as a result type of RFC 8460 §4.3; empty as it is.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>How safe the way is, for the trace.</summary>
    /// <param name="tls">Null: there is none.</param>
    public string Words(SslStream? tls)
    {
        string way = tls is null ? "in clear" : $"TLS {(tls.SslProtocol == SslProtocols.Tls13 ? "1.3" : "1.2")}";
        return demand switch
        {
            TlsDemand.Verified => $"{way} verified (MTA-STS)",
            TlsDemand.Required => $"{way} verified (REQUIRETLS)",
            TlsDemand.Dane { Records.Count: 0 } => $"{way} (DANE, no record of use)",
            TlsDemand.Dane => $"{way} verified (DANE)",
            TlsDemand.Tested tested => $"{way}, MTA-STS on trial: {Trial(tested, tls is not null)}",
            _ => way,
        };
    }

    public SslClientAuthenticationOptions Options() =>
        new()
        {
            // A host of several names shows the certificate that stands at the one it is asked for. RFC 7672 §2.2.
            TargetHost = demand is TlsDemand.Dane dane ? dane.Host : host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = Check,
            CertificateChainPolicy = Authorities(authorities),
        };

    /// <summary>A certificate names where its authority's can be had. What a stranger writes there is not called.</summary>
    public static X509ChainPolicy Authorities(X509ChainPolicy? authorities) =>
        authorities ?? new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };

    private string Trial(TlsDemand.Tested tested, bool isTls) =>
        (tested.IsNamed, isTls, Doubt.Length) switch
        {
            (false, _, _) => $"the policy of {tested.Domain} does not name the host",
            (_, false, _) => "no TLS",
            (_, _, > 0) => Doubt,
            _ => "it would pass",
        };

    private bool Check(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            (Doubt, Fault) = ("it shows no certificate", "validation-failure");
            return false;
        }

        using var shown = new X509Certificate2(certificate);
        Doubt = demand switch
        {
            TlsDemand.Dane { Records.Count: > 0 } dane => DaneCheck.DoubtOf(
                dane.Records,
                shown,
                Sent(chain),
                dane.Names,
                time.GetUtcNow()
            ),
            TlsDemand.Verified or TlsDemand.Required or TlsDemand.Tested => DoubtOf(shown, chain, errors),
            _ => "",
        };
        if (Doubt.Length > 0 && Fault.Length == 0)
            Fault = Doubt switch
            {
                DaneCheck.OtherName => "certificate-host-mismatch",
                DaneCheck.NotTimeValid => "certificate-expired",
                _ => "validation-failure",
            };
        return Doubt.Length == 0 || !demand.IsVerified;
    }

    private static X509Certificate2[] Sent(X509Chain? chain) =>
        chain is null
            ? []
            : [.. chain.ChainPolicy.ExtraStore, .. chain.ChainElements.Skip(1).Select(element => element.Certificate)];

    /// <summary>RFC 8461 §4.2.</summary>
    private string DoubtOf(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        // A name in the subject does not count, so the platform's word is not enough.
        if (!CertificateName.IsFor(shown, host, allowCommonName: false))
            return Failed("certificate-host-mismatch", "it is for another name");
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return "";
        X509ChainStatus[] wrong = chain?.ChainStatus ?? [];
        if (Array.Exists(wrong, status => status.Status == X509ChainStatusFlags.NotTimeValid))
            return Failed("certificate-expired", "it has expired, or does not hold yet");
        string issuer = PrintableText.Of(shown.Issuer, 100);
        return Failed("certificate-not-trusted", $"no authority that is trusted here has signed it ({issuer})");
    }

    private string Failed(string fault, string words)
    {
        Fault = fault;
        return words;
    }
}
