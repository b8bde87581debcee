using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Listening;

/// <summary>
/// A certificate and its key in PEM files, followed as they are replaced: who renews a certificate need not tell us. Files that cannot be
/// used are refused, and the certificate that was in force stays. One that has ended is no replacement, but better than no server: those who
/// verify it keep their mail, the others deliver theirs, and an alarm says so.
/// </summary>
public sealed partial class CertificateFiles : ICertificateSource, IDisposable
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private SslServerAuthenticationOptions? _options;
    private (DateTime, DateTime) _seen;
    private long _checkedAt;

    /// <param name="certificate">PEM, the leaf first, then its chain.</param>
    /// <param name="key">PEM; the same file where it holds both.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when a replacement is taken or refused.</param>
    /// <exception cref="InvalidDataException">The files cannot be used; the message says which and why.</exception>
    public CertificateFiles(string certificate, string key, TimeProvider time, ILogger<CertificateFiles> logger)
    {
        (_certificate, _key, _time, _logger) = (certificate, key, time, logger);
        _seen = Written();
        _options = Load(_certificate, _key);
        _checkedAt = time.GetTimestamp();
    }

    /// <summary>Why these files cannot be used; null when they can.</summary>
    public static string? FaultOf(string certificate, string key, TimeProvider time)
    {
        try
        {
            LoadValid(certificate, key, time).ServerCertificateContext!.TargetCertificate.Dispose();
            return null;
        }
        catch (InvalidDataException bad)
        {
            return bad.Message;
        }
    }

    /// <summary>When the certificate in force ends.</summary>
    public DateTimeOffset Expires => new(Current().NotAfter);

    public SslServerAuthenticationOptions ServerOptions()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_checkedAt) >= CheckEvery)
                Check();
            return _options!;
        }
    }

    public void Dispose() => Current().Dispose();

    private X509Certificate2 Current() => _options!.ServerCertificateContext!.TargetCertificate;

    private void Check()
    {
        _checkedAt = _time.GetTimestamp();
        (DateTime, DateTime) now = Written();
        if (now == _seen)
            return;

        _seen = now;
        try
        {
            _options = LoadValid(_certificate, _key, _time);
            LogReplaced(_certificate, Expires);
        }
        catch (InvalidDataException bad)
        {
            LogRefused(bad.Message);
        }
    }

    private (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_certificate), File.GetLastWriteTimeUtc(_key));

    private static SslServerAuthenticationOptions LoadValid(string certificate, string key, TimeProvider time)
    {
        SslServerAuthenticationOptions options = Load(certificate, key);
        X509Certificate2 leaf = options.ServerCertificateContext!.TargetCertificate;
        if (!PemCertificate.HasEnded(leaf, time))
            return options;
        using (leaf)
            throw new InvalidDataException(
                $"{certificate}: the certificate ended on {leaf.NotAfter:yyyy-MM-dd}; put a valid one there"
            );
    }

    private static SslServerAuthenticationOptions Load(string certificate, string key) =>
        new()
        {
            ServerCertificateContext = PemCertificate.Read(certificate, key),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = false,
        };

    [LoggerMessage(Level = LogLevel.Information, Message = "certificate replaced from {File}, valid until {Expires:yyyy-MM-dd}")]
    private partial void LogReplaced(string file, DateTimeOffset expires);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the replaced certificate is refused, the old one stays in force: {Reason}"
    )]
    private partial void LogRefused(string reason);
}
