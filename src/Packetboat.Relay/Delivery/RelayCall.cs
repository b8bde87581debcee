using System.Net.Security;
using System.Security.Authentication;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tokens;
using Packetboat.Relay.TransportSecurity;

namespace Packetboat.Relay.Delivery;

/// <summary>One call: what is known of it so far, for whoever has to say what went wrong.</summary>
internal sealed class RelayCall(
    Route.Relay way,
    Settings settings,
    string host,
    Dialer dialer,
    SslStreamCertificateContext? certificate,
    TokenKeeper? tokens,
    ClockComparison? clock
)
{
    private readonly RelaySettings _relay = way.Settings;
    private readonly bool _hasCredentials = way.Settings.Mechanism != RelayMechanism.None;
    private readonly RelayTrust _trust = new(settings.Packetboat.RelayCertificateFile, RelayConnector.MustVerify(way, settings));

    private Secret _rejected;

    /// <summary>The certificate is being shown: until something is heard under TLS, what breaks may have broken because of it.</summary>
    private bool _isShowing;

    public string Host => host;

    /// <summary>A token was refused, and nothing is known of the one that replaces it.</summary>
    public bool WasCutShort { get; private set; }

    private bool MayTrustAnyone => !RelayConnector.MustVerify(way, settings);

    public async ValueTask<Stream> SecureAsync(Stream stream, CancellationToken stopping)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        await dialer.SecureAsync(tls, Options(), stopping);
        return tls;
    }

    public async ValueTask<Connection> SignInAsync(SmtpClientSession session, SslStream? implicitTls, CancellationToken stopping)
    {
        SmtpOutcome greeting = await session.GreetAsync(stopping);
        _isShowing = false;
        if (!greeting.IsAccepted)
            return Refused(greeting);
        // Before STARTTLS, whose certificates a wrong clock takes for expired: then this is all that says why.
        if (clock is not null && GreetingTime.In(greeting.Reply.Text) is { } theirs)
            await clock.CompareAsync($"the relay {_relay.Server}", theirs, stopping);
        SmtpOutcome hello = await session.HelloAsync(settings.Mail.HostName, _hasCredentials, stopping);
        if (!hello.IsAccepted)
            return Refused(hello);
        if (implicitTls is null && await StartTlsAsync(session, stopping) is { } noTls)
            return noTls;

        SslStream? tls = implicitTls ?? session.Tls;
        string security = Security(tls);
        if (!MayTrustAnyone && (tls is null || !_trust.IsVerified))
            return new Connection.Misconfigured(NoCredentialsInClear(tls is null), host);
        if (way.Tls == TlsWish.Required && !MayRequireTls(session, tls))
            return new Connection.Impossible(NotSecure(tls));
        if (!_hasCredentials)
            return Ready(session, tls, security);
        return _relay.Token is { } token
            ? await ShowTokenAsync(session, token, tls, security, stopping)
            : await AuthenticateAsync(session, tls, security, stopping);
    }

    public Connection Broken(Exception broken)
    {
        if (_trust.HasRefused)
            return new Connection.Misconfigured(NoCredentialsInClear(noTls: false), host);
        // RFC 8446 §6.2: a certificate that is not taken is an alert, and under TLS 1.3 one that comes after the handshake.
        string? alert = _isShowing ? AlertIn(broken) : null;
        string reason = alert ?? broken.InnerException?.Message ?? broken.Message;
        if (alert is not null || (_isShowing && HasEnded))
            return new Connection.Misconfigured(
                $"the relay breaks off when it is shown Certificate of {_relay.Section}{(HasEnded ? ", which has ended" : "")}: {reason}",
                host
            );
        return new Connection.Unreachable(
            DeliveryReplies.Broken(_isShowing ? $"{reason}, when Certificate of {_relay.Section} was shown" : reason),
            false,
            host
        );
    }

    private bool HasEnded => PemCertificate.HasEnded(certificate!.TargetCertificate, dialer.Time);

    /// <summary>The alerts by which a certificate is refused. RFC 8446 §6.2.</summary>
    private static bool IsOfCertificate(string words) =>
        words.Contains("alert", StringComparison.OrdinalIgnoreCase)
        && Array.Exists(
            (string[])["certificate", "unknown ca", "access denied", "handshake failure"],
            alert => words.Contains(alert, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>The platform has no type for it, and its words are those of OpenSSL.</summary>
    private static string? AlertIn(Exception broken)
    {
        for (Exception? one = broken; one is not null; one = one.InnerException)
            if (IsOfCertificate(one.Message))
                return one.Message;
        return null;
    }

    private async ValueTask<Connection?> StartTlsAsync(SmtpClientSession session, CancellationToken stopping)
    {
        if (!session.Extensions.StartTls)
            return null;
        SmtpOutcome started = await session.StartTlsAsync(Options(), stopping);
        _isShowing = false;
        bool staysInClear = session.Tls is null && session.IsUsable;
        return started.IsAccepted || staysInClear ? null : Refused(started);
    }

    /// <summary>A token that the relay does not take any more is renewed once: it may have been taken back before its end.</summary>
    private async ValueTask<Connection> ShowTokenAsync(
        SmtpClientSession session,
        TokenSettings token,
        SslStream? tls,
        string security,
        CancellationToken stopping
    )
    {
        // RFC 7628 §4: whoever reads it on the way can use it.
        if (tls is null)
            return new Connection.Misconfigured(NoCredentialsInClear(noTls: true), host);
        if (tokens is null || SaslMechanisms.ChooseForToken(session.Extensions.AuthMechanisms) is not { } name)
            return new Connection.Misconfigured("the relay offers no sign-in by a token (OAUTHBEARER, XOAUTH2)", host);
        while (true)
        {
            TokenAnswer answer = await tokens.GetAsync(token, _rejected, stopping);
            if (answer is TokenAnswer.Refused refused)
            {
                WasCutShort = false;
                return WithoutToken(token, refused);
            }

            var given = (TokenAnswer.Given)answer;
            SaslClientExchange exchange = SaslMechanisms.CreateClient(name, Credentials(given.Token))!;
            SmtpOutcome outcome = await session.AuthenticateAsync(exchange, given.Token.RevealValue(), stopping);
            WasCutShort = outcome.Verdict == SmtpVerdict.Permanent && !given.IsNew;
            if (outcome.IsAccepted)
            {
                tokens.Taken(token);
                return Ready(session, tls, $"{security}, AUTH {name} as {_relay.Username}");
            }

            if (WasCutShort)
                _rejected = given.Token;
            if (!WasCutShort || !session.IsUsable)
                return Refused(outcome);
        }
    }

    private Connection WithoutToken(TokenSettings token, TokenAnswer.Refused refused)
    {
        SmtpReply reply = DeliveryReplies.NoToken(token.Name, refused.Reason);
        return refused.IsFinal ? new Connection.Misconfigured(reply.Text, host) : new Connection.Unreachable(reply, false, host);
    }

    private SaslClientOptions Credentials(Secret token) =>
        new(_relay.Username, token.RevealValue()) { Server = _relay.Server, Port = _relay.Port };

    private Connection.Ready Ready(SmtpClientSession session, SslStream? tls, string security) =>
        new(session, host, security) { MayRequireTls = MayRequireTls(session, tls) };

    private async ValueTask<Connection> AuthenticateAsync(
        SmtpClientSession session,
        SslStream? tls,
        string security,
        CancellationToken stopping
    )
    {
        IReadOnlyList<ChannelBinding> bindings = TlsBinding.Of(tls);
        if (Mechanism(session.Extensions.AuthMechanisms, tls, canBind: bindings.Count > 0) is not { } name)
            return new Connection.Misconfigured(NoMechanism(tls), host);

        SaslClientExchange exchange = SaslMechanisms.CreateClient(name, Credentials(session, bindings))!;
        SmtpOutcome outcome = await session.AuthenticateAsync(exchange, _relay.Password.RevealValue(), stopping);
        return outcome.IsAccepted ? Ready(session, tls, $"{security}, AUTH {name}{AsWhom}") : Refused(outcome);
    }

    private string AsWhom => _relay.Username.Length > 0 ? $" as {_relay.Username}" : "";

    /// <summary>Null: the relay has none for us.</summary>
    private string? Mechanism(IReadOnlyCollection<string> offered, SslStream? tls, bool canBind) =>
        _relay.Mechanism switch
        {
            RelayMechanism.Plain => SaslMechanisms.Plain,
            RelayMechanism.Login => SaslMechanisms.Login,
            RelayMechanism.CramMd5 => SaslMechanisms.CramMd5,
            RelayMechanism.ScramSha256 => SaslMechanisms.ChooseScram(offered, canBind),
            // Who has not been shown the certificate, or does not know its key, does not offer it.
            RelayMechanism.External => tls is not null
            && offered.Contains(SaslMechanisms.External, StringComparer.OrdinalIgnoreCase)
                ? SaslMechanisms.External
                : null,
            _ => SaslMechanisms.ChooseStrongest(offered, tls is not null || MayTrustAnyone, canBind),
        };

    private string NoMechanism(SslStream? tls) =>
        _relay.Mechanism switch
        {
            RelayMechanism.External when tls is null =>
                $"the relay offers no TLS, and only there Certificate of {_relay.Section} can be shown; use a port with TLS",
            RelayMechanism.External =>
                $"the relay offers no sign-in by a certificate (EXTERNAL): it does not know the key in Certificate of {_relay.Section}, or has not asked for it",
            RelayMechanism.ScramSha256 =>
                $"the relay offers no {SaslMechanisms.ScramSha256}, which Auth of {_relay.Section} wants",
            _ => "the relay offers no way to sign in that we have",
        };

    private SaslClientOptions Credentials(SmtpClientSession session, IReadOnlyList<ChannelBinding> bindings) =>
        new(_relay.Username, _relay.Password.RevealValue())
        {
            ChannelBindings = bindings,
            ServerOffersPlus = session.Extensions.AuthMechanisms.Contains(SaslMechanisms.ScramSha256Plus, StringComparer.Ordinal),
        };

    private Connection Refused(SmtpOutcome outcome) =>
        RelayRefusal.IsAboutUs(outcome, host, settings.Replies)
            ? new Connection.Misconfigured(
                $"{Step(outcome.Stage)}: {outcome.Reply}",
                host,
                outcome.FromPeer && !IsOfToken(outcome) ? outcome.Reply : null
            )
            : new Connection.Unreachable(outcome.Reply, outcome.FromPeer, host);

    /// <summary>What is to be done about a token the relay does not know: its words are in ours.</summary>
    private bool IsOfToken(SmtpOutcome outcome) => outcome.Stage == SmtpStage.Authentication && _relay.Token is not null;

    private string Step(SmtpStage stage) =>
        stage switch
        {
            SmtpStage.Authentication when _relay.Token is { } token =>
                $"the relay refuses Username {_relay.Username} of {_relay.Section} with the token {token.Name}",
            SmtpStage.Authentication when _relay.Mechanism == RelayMechanism.External =>
                $"the relay refuses Certificate of {_relay.Section}{AsWhom}",
            SmtpStage.Authentication => _relay.Section.Length == 0
                ? $"the relay refuses RelayUsername {_relay.Username} and its RelayPassword"
                : $"the relay refuses Username {_relay.Username} of {_relay.Section} and its password",
            SmtpStage.Greeting => "the relay refuses us at its greeting",
            _ => "the relay refuses us",
        };

    private string Unsent => _hasCredentials ? "RelayPassword" : "mail that goes around a provider";

    private string NoCredentialsInClear(bool noTls) =>
        _relay.Section.Length > 0
            ? $"{(noTls ? "the relay offers no TLS" : $"the relay's certificate cannot be verified ({_trust.Doubt})")}, and {_relay.Section} demands it, so nothing was sent; use a port with TLS, name its certificate in RelayCertificateFile of packetboat.ini, {(_relay.Token is null ? $"or write Tls=any in {_relay.Section} if nobody can listen on the way" : "or name it there if no authority has signed it")}"
        : noTls
            ? $"the relay offers no TLS, so {Unsent} was not sent; use a port with TLS (587 or 465), or set RelayTrustedInClear = true in packetboat.ini if nobody can listen on the way"
        : $"the relay's certificate cannot be verified, so {Unsent} was not sent ({_trust.Doubt}); if you know it to be the relay's, put it into a file and name that in RelayCertificateFile of packetboat.ini";

    /// <summary>Whose name the operator wrote needs nobody to vouch for it.</summary>
    private bool MayRequireTls(SmtpClientSession session, SslStream? tls) =>
        tls is not null && _trust.IsVerified && session.Extensions.RequireTls;

    private SmtpReply NotSecure(SslStream? tls) =>
        tls is null ? DeliveryReplies.NotSecure(_relay.Server, "it offers no TLS")
        : _trust.IsVerified ? DeliveryReplies.NoRequireTls(_relay.Server)
        : DeliveryReplies.NotSecure(_relay.Server, _trust.Doubt);

    private string Security(SslStream? tls) =>
        tls is null
            ? "in clear"
            : $"TLS {(tls.SslProtocol == SslProtocols.Tls13 ? "1.3" : "1.2")} {(_trust.IsVerified ? "verified" : "unverified")}";

    private SslClientAuthenticationOptions Options()
    {
        _isShowing = certificate is not null;
        return new()
        {
            TargetHost = _relay.Server,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = certificate,
            RemoteCertificateValidationCallback = _trust.Check,
        };
    }
}
