/** The product's mark: a speech balloon whose lines are a message in three sentences. */
export const Mark = () => (
  <svg viewBox="0 0 24 24" role="img" aria-label="Prosa">
    <path
      d="M12 2.5c5.4 0 9.5 3.7 9.5 8.6s-4.100 8.600-9.500 8.600c-1 0-1.950-.120-2.850-.350L4.300 21.500l.700-4.100C3.450 15.750 2.500 13.600 2.500 11.100c0-4.900 4.100-8.600 9.500-8.600z"
      fill="var(--accent)"
    />
    <path
      d="M8 8.700h8M8 11.600h6M8 14.500h3.500"
      stroke="#fff"
      stroke-width="1.600"
      stroke-linecap="round"
    />
  </svg>
);
