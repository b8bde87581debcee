using Packetboat.Relay.Resolver;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Doctor;

/// <summary>Examinations by a running server: one at a time, each kept as the last.</summary>
/// <param name="subject">Of whom; read anew each time.</param>
/// <param name="tokens">The server's own: it alone may renew them.</param>
/// <param name="last">Where reports are kept.</param>
/// <param name="time">The clock.</param>
public sealed class DoctorRounds(Func<Subject> subject, TokenKeeper tokens, LastReport last, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public void Dispose() => _turn.Dispose();

    /// <param name="reason">Why; empty: somebody asked.</param>
    /// <param name="wish">What of the subject is to be another.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<DoctorReport> ExamineAsync(string reason, Func<Subject, Subject> wish, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            Subject whom = wish(subject());
            var resolver = new CachingResolver(Examination.ResolverOptionsFor(whom), time);
            DoctorReport report = await new Examination(resolver, time, tokens).RunAsync(whom, reason, ct);
            last.Keep(report);
            return report;
        }
        finally
        {
            _turn.Release();
        }
    }

    public DoctorReport? Last() => last.Read();
}
