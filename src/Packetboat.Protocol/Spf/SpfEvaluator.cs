using Packetboat.Protocol.Dns;

namespace Packetboat.Protocol.Spf;

/// <summary>Asks a domain whether a host may send for it. RFC 7208. Whatever its records say, the answer is a value.</summary>
/// <param name="resolver">Asks the DNS.</param>
/// <param name="time">For the deadline, and the macro <c>t</c>.</param>
/// <param name="receiver">Who checks: the macro <c>r</c> in an explanation. Empty: unknown.</param>
public sealed class SpfEvaluator(IResolver resolver, TimeProvider time, string receiver = "")
{
    /// <summary>For a whole check. RFC 7208 §4.6.4 wants at least this.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="OperationCanceledException">The caller's token says so.</exception>
    public async ValueTask<SpfVerdict> EvaluateAsync(SpfQuestion question, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            return await new SpfCheck(resolver, question, receiver, time.GetUtcNow(), both.Token).RunAsync();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new SpfVerdict(
                SpfResult.TempError,
                PrintableText.Ascii(question.Domain, 255),
                $"the look-ups took longer than {Patience.TotalSeconds} seconds"
            );
        }
    }
}
